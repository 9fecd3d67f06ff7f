package org.gridappliance.portal.shares;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.files.Homes;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.people.Scope;
import org.gridappliance.webdav.Home;
import org.gridappliance.webdav.HomeStorage;
import org.gridappliance.webdav.Shared;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;

/** Opens places for those who may. Thread-safe. */
public final class Places {
  private final Homes homes;
  private final Shares shares;

  public Places(Homes homes, Shares shares) {
    this.homes = homes;
    this.shares = shares;
  }

  /**
   * {@return a person's own home, or what another shares with him}
   *
   * @param share the id of what is shared; 0 for his own home
   * @throws Problem 404 when nothing of the id is shared with him, or it is gone
   */
  public Place of(Principal person, long share) throws IOException {
    Share.Rights most =
        person.scopes().contains(Scope.FILES) ? Share.Rights.WRITE : Share.Rights.READ;
    if (share == 0) {
      return open(person.name(), person.name(), TreePath.ROOT, most);
    }
    Share shared =
        shares
            .received(person.account(), share)
            .orElseThrow(() -> Problem.notFound("the share " + share));
    return open(
        shared, person.name(), most == Share.Rights.READ ? Share.Rights.READ : shared.rights());
  }

  /**
   * {@return what others share with a person, as WebDAV's folder "Shared with me" shows it: by
   * name, with the owner's where two have the same}
   */
  public List<Shared> sharedWith(Principal person) throws IOException {
    List<Shared> views = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Share share : shares.of(person.account())) {
      String name = share.name();
      for (int n = 1; !taken.add(name); n++) {
        name = share.name() + " (" + share.owner() + (n == 1 ? ")" : " " + n + ")");
      }
      boolean writes = share.rights() == Share.Rights.WRITE;
      views.add(
          new Shared(name, homes.of(share.owner()).view(share.path(), writes, person.name())));
    }
    return views;
  }

  /** {@return what lies behind a link, whose secret was shown} */
  public Place of(Share link) throws IOException {
    return open(link, "link " + link.id(), link.rights());
  }

  /** {@return what is shared, if it is still there} */
  public Optional<Node> node(Share share) throws IOException {
    try (HomeStorage home = homes.open(share.owner())) {
      return home.stat(share.path());
    }
  }

  private Place open(Share share, String principal, Share.Rights rights) throws IOException {
    if (node(share).isEmpty()) {
      throw new Problem(
          404,
          "Not found",
          share.name()
              + " is no longer where "
              + share.owner()
              + " shared it from: it was moved or deleted. Ask "
              + share.owner()
              + " to share it again");
    }
    Place place = open(share.owner(), principal, share.path(), rights);
    try {
      Node node = place.require(TreePath.ROOT);
      if (!node.isFolder() && rights == Share.Rights.UPLOAD) {
        throw Problem.conflict(share.name() + " is no longer a folder");
      }
      return place;
    } catch (IOException | RuntimeException e) { // the home must not stay open
      place.close();
      throw e;
    }
  }

  private Place open(String owner, String principal, TreePath base, Share.Rights rights)
      throws IOException {
    Home home = homes.of(owner).view(base, rights != Share.Rights.READ, principal);
    return new Place(homes.storage().open(home), owner, base, rights);
  }
}
