import { Stack, Tabs } from "@mantine/core";
import type { ReactElement } from "react";
import { useAddress } from "../../lib/address";
import { admin } from "../../text/places";
import { PageTitle } from "../../ui/states";
import { AuditTab } from "./AuditTab";
import { GroupsTab } from "./GroupsTab";
import { SettingsTab } from "./SettingsTab";
import { UsersTab } from "./UsersTab";

const TABS = ["users", "groups", "settings", "audit"] as const;

export default function AdminPage(): ReactElement {
  const [search, setSearch] = useAddress();
  const tab = TABS.find((t) => t === search.get("tab")) ?? "users";
  return (
    <Stack gap="md">
      <PageTitle title={admin.title} />
      <Tabs value={tab} onChange={(value) => setSearch({ tab: value ?? "users" }, { replace: true })} keepMounted={false}>
        <Tabs.List style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}>
          {TABS.map((t) => (
            <Tabs.Tab key={t} value={t} px={{ base: 10, sm: "md" }}>
              {admin.tabs[t]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="users" pt="md">
          <UsersTab />
        </Tabs.Panel>
        <Tabs.Panel value="groups" pt="md">
          <GroupsTab />
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="md">
          <SettingsTab />
        </Tabs.Panel>
        <Tabs.Panel value="audit" pt="md">
          <AuditTab />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
