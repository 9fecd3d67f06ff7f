/** What a page shows while it has nothing yet, nothing at all, or a problem. */
import { Alert, Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { Component, useEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import { Link } from "react-router";
import { words } from "../api/client";
import { text } from "../text/common";
import { Icon, type IconName } from "./icons";
import { titleTab } from "./tab";

/** Grey lines, only after 300 ms: a quick answer never flashes. */
export function Loading({ lines = 4 }: { lines?: number }): ReactElement | null {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  if (!late) {
    return null;
  }
  return (
    <Stack gap="sm" role="status" aria-label={text.loading}>
      {Array.from({ length: lines }, (_, i) => (
        <Skeleton key={i} height={20} width={`${95 - ((i * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

/** A failed read, in words, with a way on. */
export function ErrorBox({ error, retry }: { error: unknown; retry?: () => void }): ReactElement {
  return (
    <Alert color="red" variant="light" icon={<Icon name="warn" />} role="alert" className="wrap">
      <Text size="sm" c="var(--mantine-color-text)">
        {words(error)}
      </Text>
      {retry !== undefined && (
        <Button size="xs" variant="default" mt="sm" onClick={retry}>
          {text.errors.retry}
        </Button>
      )}
    </Alert>
  );
}

export interface EmptyProps {
  icon?: IconName;
  title: string;
  body: string;
  action?: { label: string; to?: string; onClick?: () => void };
}

/** Nothing here, and what to do about it. */
export function Empty({ icon = "apps", title, body, action }: EmptyProps): ReactElement {
  return (
    <Stack align="center" gap="xs" py={48} px="md">
      <Text c="dimmed" component="span">
        <Icon name={icon} size={32} />
      </Text>
      <Title order={2} ta="center">
        {title}
      </Title>
      <Text c="dimmed" ta="center" maw={520}>
        {body}
      </Text>
      {action?.to !== undefined && (
        <Button component={Link} to={action.to} mt="sm">
          {action.label}
        </Button>
      )}
      {action?.onClick !== undefined && (
        <Button onClick={action.onClick} mt="sm">
          {action.label}
        </Button>
      )}
    </Stack>
  );
}

/** The page's heading: also the window's title, and where the focus goes when a page opens. */
export function PageTitle({ title, children, hidden }: { title: string; children?: ReactNode; hidden?: boolean }): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    titleTab(title);
  }, [title]);
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <Title order={1} ref={heading} tabIndex={-1} className={hidden === true ? "unseen" : "wrap"}>
      {children ?? title}
    </Title>
  );
}

/** Keeps one broken page from taking the frame with it. */
export class PageBoundary extends Component<{ children: ReactNode; at: string }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override componentDidUpdate(before: { at: string }): void {
    if (before.at !== this.props.at && this.state.error !== undefined) {
      this.setState({ error: undefined });
    }
  }

  override render(): ReactNode {
    if (this.state.error === undefined) {
      return this.props.children;
    }
    return (
      <Alert color="red" icon={<Icon name="warn" />} role="alert">
        <Text size="sm">
          {text.errors.crashed}
          {words(this.state.error)}
        </Text>
        <Button size="xs" mt="sm" variant="default" onClick={() => window.location.reload()}>
          {text.errors.reload}
        </Button>
      </Alert>
    );
  }
}

/** A part of a page whose failure leaves the rest standing: then its place has these words. */
export class Contained extends Component<{ words: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? (
      <Text size="sm" c="dimmed">
        {this.props.words}
      </Text>
    ) : (
      this.props.children
    );
  }
}
