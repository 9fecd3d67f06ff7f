import { createContext, useContext } from "react";
import type { Role, User } from "../api/types";

export const UserContext = createContext<User | null>(null);

/** The person who is logged in. Only inside the frame. */
export function useUser(): User {
  const user = useContext(UserContext);
  if (user === null) {
    throw new Error("useUser outside the frame: nobody is logged in there");
  }
  return user;
}

export function may(user: User, role: Role): boolean {
  return user.roles.includes(role) || user.roles.includes("administrator");
}
