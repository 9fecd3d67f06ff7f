package org.gridappliance.portal.notify;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An address that is told of its owner's jobs' ends, as the contract's Webhook; its secret was
 * shown once.
 *
 * @param kinds of ends that it is told of
 * @param offAt since when it is told nothing; null: it is on
 * @param offWhy null when its owner switched it off, or it is on
 * @param waiting how many ends it is still to be told of
 * @param oldSecretUntil until when a secret of before signs too; null when none does
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record Webhook(
    long id,
    String url,
    List<String> kinds,
    Instant createdAt,
    @Nullable Instant offAt,
    @Nullable String offWhy,
    int waiting,
    @Nullable Instant oldSecretUntil) {

  /**
   * One end, or test, that a webhook was or will be told of, as the contract's WebhookDelivery.
   *
   * @param event the webhook-id, the same at every try
   * @param nextAt of the next try; null when there is none
   * @param status of the last answer
   * @param problem of the last try; null when it was delivered or not yet tried
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Delivery(
      long id,
      String event,
      String type,
      Instant createdAt,
      int attempts,
      @Nullable Instant triedAt,
      @Nullable Integer tookMillis,
      @Nullable Integer status,
      @Nullable String problem,
      @Nullable Instant nextAt) {}

  /**
   * A delivery that is due, with what is needed to send it.
   *
   * @param secrets that sign it, the present one first
   */
  record Due(
      long delivery,
      long webhook,
      long account,
      String owner,
      String url,
      List<String> secrets,
      String event,
      String body,
      int attempts,
      int failures,
      long createdAt) {}
}
