/** Rail, top bar and the page; on a phone the rail is a bar of five at the bottom. */
import { ActionIcon, Badge, Menu, SegmentedControl, Text, Tooltip, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useRef, useState, type ReactElement } from "react";
import { Link, NavLink, Route, Routes, useLocation, useNavigate } from "react-router";
import { adoptSession, call, words } from "../api/client";
import { useLink, useLiveFrame } from "../api/live";
import { keys, useCertificatesWaiting } from "../api/queries";
import type { Session, User } from "../api/types";
import { HomePage } from "../pages/home/HomePage";
import { text } from "../text/common";
import { Icon } from "../ui/icons";
import { LanguageSwitch } from "../ui/language";
import { isTyping, takesAllKeys } from "../ui/listKeys";
import { Empty, Loading, PageBoundary } from "../ui/states";
import { toast } from "../ui/toasts";
import styles from "./Frame.module.css";
import { markLeaving } from "./leaving";
import { useNotices } from "./notices";
import { pagesFor } from "./pages";
import { UserContext, may } from "./user";

const AppsPage = lazy(() => import("../pages/apps/AppsPage"));
const AppPage = lazy(() => import("../pages/app/AppPage"));
const EditorPage = lazy(() => import("../pages/author/EditorPage"));
const JobsPage = lazy(() => import("../pages/jobs/JobsPage"));
const JobPage = lazy(() => import("../pages/job/JobPage"));
const FilesPage = lazy(() => import("../pages/files/FilesPage"));
const TriggersPage = lazy(() => import("../pages/triggers/TriggersPage"));
const DesktopsPage = lazy(() => import("../pages/desktops/DesktopsPage"));
const ViewPage = lazy(() => import("../pages/desktops/ViewPage"));
const WorkflowsPage = lazy(() => import("../pages/workflows/WorkflowsPage"));
const WorkflowPage = lazy(() => import("../pages/workflows/WorkflowPage"));
const CondorPage = lazy(() => import("../pages/pool/CondorPage"));
const PoolPage = lazy(() => import("../pages/pool/PoolPage"));
const RunsPage = lazy(() => import("../pages/pool/RunsPage"));
const ReferencePage = lazy(() => import("../pages/reference/ReferencePage"));
const UsagePage = lazy(() => import("../pages/usage/UsagePage"));
const SharePage = lazy(() => import("../pages/pool/SharePage"));
const PolicyPage = lazy(() => import("../pages/pool/PolicyPage"));
const OverlayPage = lazy(() => import("../pages/pool/OverlayPage"));
const ProfilePage = lazy(() => import("../pages/profile/ProfilePage"));
const CertificatesPage = lazy(() => import("../pages/certificates/CertificatesPage"));
const AdminPage = lazy(() => import("../pages/admin/AdminPage"));
const UploadTray = lazy(() => import("../pages/files/UploadTray"));
const Palette = lazy(() => import("./Palette"));
const Shortcuts = lazy(() => import("./Shortcuts"));

type Overlay = "none" | "palette" | "shortcuts";

export default function Frame({ user, portal }: { user: User; portal: Session["portal"] }): ReactElement {
  const at = useLocation();
  const navigate = useNavigate();
  const opened = useRef(navigate);
  opened.current = navigate;
  useLiveFrame(useNotices(user.name, useCallback((to) => void opened.current(to), [])));
  const [overlay, setOverlay] = useState<Overlay>("none");
  const pages = pagesFor(user);
  const waiting = useCertificatesWaiting();
  useFrameKeys(setOverlay, (letter) => {
    const page = pages.find((p) => p.key === letter);
    if (page !== undefined) {
      void navigate(page.to);
    }
  });
  // before the effects of the page, which may scroll to what its address names
  useLayoutEffect(() => {
    window.scrollTo(0, 0);
    if (document.activeElement instanceof HTMLElement && document.activeElement.closest("nav") !== null) {
      document.activeElement.blur(); // the new page's heading takes the focus
    }
  }, [at.pathname]);
  return (
    <UserContext value={user}>
      <a href="#main" className="skip">
        {text.nav.skip}
      </a>
      <div className={styles.frame}>
        <nav className={styles.rail} aria-label={text.nav.label}>
          <Link to="/" className={styles.brand}>
            <img src="/icon.svg" alt="" width={24} height={24} />
            {text.product}
          </Link>
          {pages.map((page) => (
            <NavLink key={page.to} to={page.to} end={page.to === "/"} className={styles.item}>
              <Icon name={page.icon} />
              {page.label}
              {page.to === "/certificates" && waiting > 0 && (
                <Badge ml="auto" size="sm" circle={waiting < 10} aria-label={text.nav.waiting(waiting)}>
                  {waiting}
                </Badge>
              )}
            </NavLink>
          ))}
        </nav>
        <header className={styles.top}>
          <UnstyledButton className={styles.search} onClick={() => setOverlay("palette")} aria-label={text.top.searchLabel}>
            <Icon name="search" size={16} />
            <span>{text.top.search}</span>
            <kbd className="kbd">{text.searchKeys}</kbd>
          </UnstyledButton>
          <LinkState />
          <Text size="sm" c="dimmed" truncate ml="auto" title={portal.version}>
            {portal.name}
          </Text>
          <PersonMenu user={user} shortcuts={() => setOverlay("shortcuts")} />
        </header>
        <main className={styles.main} id="main" tabIndex={-1}>
          <PageBoundary at={at.pathname}>
            <Suspense fallback={<Loading />}>
              <Routes>
                <Route index element={<HomePage />} />
                <Route path="/apps" element={<AppsPage />} />
                <Route path="/apps/:app" element={<AppPage />} />
                <Route path="/apps/:app/edit" element={<EditorPage />} />
                <Route path="/jobs" element={<JobsPage />} />
                <Route path="/jobs/:job" element={<JobPage />} />
                <Route path="/workflows" element={<WorkflowsPage />} />
                <Route path="/workflows/:workflow" element={<WorkflowPage />} />
                <Route path="/files" element={<FilesPage />} />
                <Route path="/triggers" element={<TriggersPage />} />
                <Route path="/desktops" element={<DesktopsPage />} />
                <Route path="/desktops/:desktop" element={<ViewPage />} />
                <Route path="/pool" element={<PoolPage />} />
                <Route path="/pool/history" element={<RunsPage />} />
                <Route path="/reference" element={<ReferencePage />} />
                <Route path="/usage" element={<UsagePage />} />
                {may(user, "pool-admin") && <Route path="/pool/condor" element={<CondorPage />} />}
                {may(user, "pool-admin") && <Route path="/pool/share" element={<SharePage />} />}
                <Route path="/pool/share/:node" element={<SharePage />} />
                {may(user, "pool-admin") && <Route path="/pool/policy" element={<PolicyPage />} />}
                {may(user, "pool-admin") && <Route path="/pool/overlay" element={<OverlayPage />} />}
                <Route path="/profile" element={<ProfilePage />} />
                {may(user, "ca-admin") && <Route path="/certificates" element={<CertificatesPage />} />}
                {user.roles.includes("administrator") && <Route path="/admin" element={<AdminPage />} />}
                <Route
                  path="*"
                  element={
                    <Empty
                      icon="search"
                      title={text.notFound.title}
                      body={text.notFound.body(at.pathname)}
                      action={{ label: text.notFound.action, to: "/" }}
                    />
                  }
                />
              </Routes>
            </Suspense>
          </PageBoundary>
        </main>
        <nav className={styles.bar} aria-label={text.nav.label}>
          {pages.slice(0, 5).map((page) => (
            <NavLink key={page.to} to={page.to} end={page.to === "/"}>
              <Icon name={page.icon} size={20} />
              {page.label}
            </NavLink>
          ))}
        </nav>
      </div>
      <Suspense fallback={null}>
        <UploadTray />
        {overlay === "palette" && (
          <Palette pages={pages} close={() => setOverlay("none")} shortcuts={() => setOverlay("shortcuts")} />
        )}
        {overlay === "shortcuts" && <Shortcuts close={() => setOverlay("none")} />}
      </Suspense>
    </UserContext>
  );
}

/** Ctrl-K, `?` and `g` followed by a letter. */
function useFrameKeys(setOverlay: (overlay: Overlay) => void, go: (letter: string) => void): void {
  useEffect(() => {
    let pending = 0;
    const onKey = (event: KeyboardEvent) => {
      if (takesAllKeys(event)) {
        return;
      }
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOverlay("palette");
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) {
        return;
      }
      if (event.timeStamp - pending < 1_500 && pending > 0) {
        pending = 0;
        event.stopImmediatePropagation(); // `g j` goes to Jobs, it does not move along a list
        go(event.key);
      } else if (event.key === "g") {
        pending = event.timeStamp;
      } else if (event.key === "?") {
        setOverlay("shortcuts");
      }
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  });
}

/** Shown only when updates have been interrupted for three seconds. */
function LinkState(): ReactElement | null {
  const link = useLink();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(link === "lost"), link === "lost" ? 3_000 : 0);
    return () => clearTimeout(timer);
  }, [link]);
  if (!late) {
    return null;
  }
  return (
    <Tooltip label={text.top.lostWhy} multiline w={260}>
      <Badge variant="light" color="yellow" c="var(--state-paused)" tt="none" role="status">
        {text.top.lost}
      </Badge>
    </Tooltip>
  );
}

function PersonMenu({ user, shortcuts }: { user: User; shortcuts: () => void }): ReactElement {
  const client = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const waiting = useCertificatesWaiting();
  const logOut = useMutation({
    mutationFn: () => call("delete", "/session"),
    onSuccess: async () => {
      const session = adoptSession(await call("get", "/session"));
      markLeaving(true);
      client.setQueryData(keys.session, session);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Menu position="bottom-end" width={240} withinPortal transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <ActionIcon variant="default" size={34} radius="xl" aria-label={text.top.person(user.name)}>
          <Icon name="person" />
          {waiting > 0 && <span className={styles.dot} />}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className="wrap">{user.fullName ?? user.name}</Menu.Label>
        <Menu.Item component={Link} to="/profile" leftSection={<Icon name="person" size={16} />}>
          {text.nav.profile}
        </Menu.Item>
        {may(user, "ca-admin") && (
          <Menu.Item component={Link} to="/certificates" leftSection={<Icon name="key" size={16} />} hiddenFrom="sm">
            {text.nav.certificates}
            {waiting > 0 && ` (${text.nav.waiting(waiting)})`}
          </Menu.Item>
        )}
        {user.roles.includes("administrator") && (
          <Menu.Item component={Link} to="/admin" leftSection={<Icon name="admin" size={16} />} hiddenFrom="sm">
            {text.nav.admin}
          </Menu.Item>
        )}
        <Menu.Item component={Link} to="/pool" leftSection={<Icon name="pool" size={16} />} hiddenFrom="sm">
          {text.nav.pool}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="keyboard" size={16} />} onClick={shortcuts} rightSection={<kbd className="kbd">?</kbd>}>
          {text.top.shortcuts}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{text.top.scheme}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          mx={8}
          mb={8}
          w="calc(100% - 16px)"
          aria-label={text.top.scheme}
          value={colorScheme}
          onChange={(value) => setColorScheme(value)}
          data={[
            { value: "light", label: text.top.light },
            { value: "dark", label: text.top.dark },
            { value: "auto", label: text.top.auto },
          ]}
        />
        <Menu.Label>{text.top.language}</Menu.Label>
        <LanguageSwitch keep={(language) => call("patch", "/users/{user}", { path: { user: user.name }, body: { language } })} mx={8} mb={8} w="calc(100% - 16px)" />
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="exit" size={16} />} onClick={() => logOut.mutate()}>
          {text.nav.logOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
