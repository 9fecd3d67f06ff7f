import { text } from "../text/common";
import type { Role, User } from "../api/types";
import type { IconName } from "../ui/icons";
import { may } from "./user";

export interface PageEntry {
  to: string;
  label: string;
  icon: IconName;
  key: string;
  role?: Role;
}

/** The places of the rail, in order; `key` is the letter after `g`. */
const all: readonly PageEntry[] = [
  { to: "/", label: text.nav.home, icon: "home", key: "h" },
  { to: "/apps", label: text.nav.apps, icon: "apps", key: "a" },
  { to: "/jobs", label: text.nav.jobs, icon: "jobs", key: "j" },
  { to: "/files", label: text.nav.files, icon: "files", key: "f" },
  { to: "/desktops", label: text.nav.desktops, icon: "desktops", key: "e" },
  { to: "/pool", label: text.nav.pool, icon: "pool", key: "p" },
  { to: "/certificates", label: text.nav.certificates, icon: "key", key: "c", role: "ca-admin" },
  { to: "/admin", label: text.nav.admin, icon: "admin", key: "d", role: "administrator" },
];

export function pagesFor(user: User): readonly PageEntry[] {
  return all.filter((page) => page.role === undefined || may(user, page.role));
}
