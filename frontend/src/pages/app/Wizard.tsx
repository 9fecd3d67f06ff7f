/** What stands around the pages of a form that is asked in steps: where one is, the way on and back, and the review. */
import { Box, Button, Group, Stepper, Table, Text, Title } from "@mantine/core";
import { useCallback, useEffect, useRef, type ReactElement } from "react";
import { useAddress } from "../../lib/address";
import { text } from "../../text/apps";
import { Icon } from "../../ui/icons";
import type { Asked } from "./cases";
import type { FieldContext } from "./context";
import type { Errors, FormState } from "./form";
import { firstWrong, placeOf, reviewOf, stepOf, type Step } from "./steps";
import styles from "./form.module.css";

/** Where one is among the steps; the address knows. */
export interface Place {
  at: number;
  step: Step;
  last: boolean;
  go: (to: number) => void;
}

/**
 * The step that the address names; undefined for a form in one piece. Whoever comes by a link or by the browser's
 * Back and Forward comes no further than the first step that still needs something.
 *
 * @param free of an author who looks at his form: every step is open
 */
export function usePlace(steps: readonly Step[], errors: Errors, free: boolean): Place | undefined {
  const [search, change] = useAddress();
  const address = search.get("step");
  const at = placeOf(steps, address);
  const step = steps[at];
  const go = useCallback(
    (to: Step | undefined, replace: boolean) =>
      change(
        (now) => {
          now.set("step", String(to?.page ?? 1));
          return now;
        },
        { replace },
      ),
    [change],
  );
  const barred = useRef<Step>(undefined);
  barred.current = free || firstWrong(steps, errors) >= at ? undefined : steps[firstWrong(steps, errors)];
  useEffect(() => {
    if (address !== null && barred.current !== undefined) {
      go(barred.current, true);
    }
  }, [address, go]);
  return step === undefined ? undefined : { at, step, last: at === steps.length - 1, go: (to) => go(steps[to], free) };
}

export interface WizardHeadProps {
  steps: readonly Step[];
  place: Place;
  /** What stands against a step, shown or not yet. */
  errors: Errors;
  /** Those that are shown. */
  shown: Errors;
  free: boolean;
  /** Whether the heading of a new step takes the focus; not where a mistake in it does. */
  takesFocus: boolean;
}

/** All steps, and the heading of this one, which takes the focus when it changes, so that it is read out. */
export function WizardHead({ steps, place, errors, shown, free, takesFocus }: WizardHeadProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(place.step.page);
  useEffect(() => {
    if (before.current !== place.step.page) {
      before.current = place.step.page;
      if (takesFocus) {
        heading.current?.focus({ preventScroll: true });
        heading.current?.scrollIntoView({ block: "nearest" });
      }
    }
  }, [place.step.page, takesFocus]);
  const furthest = free ? steps.length : firstWrong(steps, errors);
  return (
    <Box className={styles.wizard}>
      <nav aria-label={text.wizard.steps} className={styles.steps}>
        <Stepper active={place.at} onStepClick={place.go} size="sm" iconSize={30}>
          {steps.map((step, i) => {
            const wrong = Object.keys(shown).some((name) => stepOf(steps, name) === i);
            const open = i <= Math.max(furthest, place.at);
            const icon = wrong ? { icon: <Icon name="warn" size={16} />, completedIcon: <Icon name="warn" size={16} />, color: "red" } : {};
            return <Stepper.Step key={step.page} label={step.title} allowStepSelect={open} disabled={!open} aria-current={i === place.at ? "step" : undefined} {...icon} />;
          })}
        </Stepper>
      </nav>
      <Title order={2} ref={heading} tabIndex={-1} className={styles.step}>
        <Text component="span" size="sm" c="dimmed" fw={400} display="block">
          {text.wizard.of(place.at + 1, steps.length)}
          <span className="unseen">: </span>
        </Text>
        {place.step.title}
      </Title>
      {place.step.about !== "" && (
        <Text mt={4} maw={760} className="wrap" style={{ whiteSpace: "pre-line" }}>
          {place.step.about}
        </Text>
      )}
    </Box>
  );
}

/** The way back and on; from the review on it is the summary's button. */
export function WizardButtons({ place, disabled, next }: { place: Place; disabled: boolean; next: () => void }): ReactElement {
  return (
    <Group justify="space-between">
      {place.at > 0 ? (
        <Button variant="default" leftSection={<Icon name="left" size={16} />} onClick={() => place.go(place.at - 1)}>
          {text.wizard.back}
        </Button>
      ) : (
        <span />
      )}
      {!place.last && (
        <Button rightSection={<Icon name="right" size={16} />} disabled={disabled} onClick={next}>
          {text.wizard.next}
        </Button>
      )}
    </Group>
  );
}

/** Every page with its values, and the way back to each. */
export function Review({ steps, place, asked, form, dropped }: { steps: readonly Step[]; place: Place; asked: Asked; form: FormState; dropped: FieldContext["dropped"] }): ReactElement {
  return (
    <>
      {steps.slice(0, -1).map((step, i) => (
        <section key={step.page} aria-labelledby={`review-${step.page}`}>
          <Group justify="space-between" className={styles.reviewed}>
            <Title order={3} id={`review-${step.page}`}>
              {step.title}
            </Title>
            <Button size="compact-sm" variant="subtle" leftSection={<Icon name="pencil" size={14} />} aria-label={text.wizard.changeOf(step.title)} onClick={() => place.go(i)}>
              {text.wizard.change}
            </Button>
          </Group>
          <Table withRowBorders={false} verticalSpacing={4} aria-labelledby={`review-${step.page}`}>
            <Table.Tbody>
              {reviewOf(asked, form, step).map((row) => (
                <Table.Tr key={row.name}>
                  <Table.Th scope="row" fw={400} w="40%" c="dimmed" className="wrap" style={{ verticalAlign: "top" }}>
                    {row.title}
                  </Table.Th>
                  <Table.Td className="wrap" valign="top">
                    {dropped?.input === row.name ? dropped.words : row.value}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      ))}
    </>
  );
}
