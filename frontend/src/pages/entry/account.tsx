/** The fields that make an account, shared by setup, registration and the administrator's form. */
import { PasswordInput, TextInput } from "@mantine/core";
import type { ReactElement } from "react";
import { ApiError } from "../../api/client";
import { text } from "../../text/entry";

export interface Account {
  name: string;
  fullName: string;
  password: string;
}

export const noAccount: Account = { name: "", fullName: "", password: "" };

/** The problem of a field in words, before the server is asked; the same rules as UserName and NewPassword. */
export function accountErrors(account: Account): { name?: string; password?: string } {
  return {
    name: /^[a-z][a-z0-9._-]{0,31}$/.test(account.name) ? undefined : text.register.badName(account.name),
    password: account.password.length >= 8 ? undefined : text.register.shortPassword(account.password.length),
  };
}

export function AccountFields({
  account,
  change,
  tried,
  error,
}: {
  account: Account;
  change: (account: Account) => void;
  tried: boolean;
  error: unknown;
}): ReactElement {
  const local = tried ? accountErrors(account) : {};
  const remote = (field: string) => (error instanceof ApiError ? error.field(field) : undefined);
  return (
    <>
      <TextInput
        label={text.register.name}
        description={text.register.nameHelp}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        maxLength={32}
        value={account.name}
        error={local.name ?? remote("name")}
        onChange={(e) => change({ ...account, name: e.currentTarget.value })}
      />
      <TextInput
        label={text.register.fullName}
        name="name"
        autoComplete="name"
        maxLength={200}
        value={account.fullName}
        error={remote("fullName")}
        onChange={(e) => change({ ...account, fullName: e.currentTarget.value })}
      />
      <PasswordInput
        label={text.register.password}
        description={text.register.passwordHelp}
        name="new-password"
        autoComplete="new-password"
        required
        withAsterisk={false}
        maxLength={1024}
        value={account.password}
        error={local.password ?? remote("password")}
        onChange={(e) => change({ ...account, password: e.currentTarget.value })}
      />
    </>
  );
}
