/** One job: state, progress and actions above, and five tabs that stand in the address. */
import { Group, Loader, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState, type ReactElement } from "react";
import { Link, useParams } from "react-router";
import { ApiError } from "../../api/client";
import { useLiveJob } from "../../api/live";
import { jobQuery } from "../../api/queries";
import { useAddress } from "../../lib/address";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { JobHeader } from "./JobHeader";
import type { Chosen } from "./useChosen";

const OfWorkflow = lazy(() => import("./OfWorkflow"));
const AskedUsed = lazy(() => import("./AskedUsed"));
const ResultsTab = lazy(() => import("./ResultsTab"));
const SubjobsTab = lazy(() => import("./SubjobsTab"));
const OutputTab = lazy(() => import("./OutputTab"));
const FilesTab = lazy(() => import("./FilesTab"));
const AboutTab = lazy(() => import("./AboutTab"));

const TABS = ["results", "subjobs", "output", "files", "about"] as const;
type Tab = (typeof TABS)[number];

export default function JobPage(): ReactElement {
  const { job: number = "" } = useParams();
  const id = Number(number);
  return Number.isSafeInteger(id) && id > 0 ? <JobById key={id} id={id} /> : <Missing />;
}

function Missing(): ReactElement {
  const { title, body, action } = text.job.missing;
  return <Empty icon="jobs" title={title} body={body} action={{ label: action, to: "/jobs" }} />;
}

function JobById({ id }: { id: number }): ReactElement {
  const job = useQuery(jobQuery(id));
  if (job.isError) {
    return job.error instanceof ApiError && job.error.status === 404 ? (
      <Missing />
    ) : (
      <ErrorBox error={job.error} retry={() => void job.refetch()} />
    );
  }
  return job.data === undefined ? <Loading lines={8} /> : <LoadedJob id={id} />;
}

function LoadedJob({ id }: { id: number }): ReactElement | null {
  const { data: job } = useQuery(jobQuery(id));
  const outputs = useLiveJob(id, job?.access === undefined);
  const [search, setSearch] = useAddress();
  // here, as it outlives a look at another tab
  const [chosen, setChosen] = useState<Chosen>({});
  if (job === undefined) {
    return null;
  }
  const moving = job.state === "Running" || job.state === "Idle";
  const asked = TABS.find((t) => t === search.get("tab"));
  // Until the person chooses: the squares while they move, the plots once all is done.
  const tab: Tab = asked ?? (moving ? "subjobs" : "results");
  return (
    <Stack gap="md">
      <Group gap={6}>
        <Link to="/jobs" className="quiet-link">
          <Group gap={4} component="span">
            <Icon name="left" size={14} />
            <Text size="sm" component="span" c="dimmed">
              {text.job.back}
            </Text>
          </Group>
        </Link>
      </Group>
      <JobHeader job={job} />
      {job.counts.completed + job.counts.failed > 0 && (
        <Suspense fallback={null}>
          <AskedUsed job={job} />
        </Suspense>
      )}
      {job.workflow !== undefined && (
        <Suspense fallback={null}>
          <OfWorkflow id={job.workflow.id} step={job.workflow.step} />
        </Suspense>
      )}
      <Tabs
        value={tab}
        onChange={(value) =>
          setSearch(
            (before) => {
              before.set("tab", value ?? "results");
              return before;
            },
            { replace: true },
          )
        }
        keepMounted={false}
      >
        <Tabs.List style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}>
          {TABS.map((t) => (
            <Tabs.Tab key={t} value={t} px={{ base: 10, sm: "md" }}>
              {text.job.tabs[t]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Suspense fallback={<Loader size="sm" mt="lg" />}>
          <Tabs.Panel value="results" pt="md">
            <ResultsTab job={job} chosen={chosen} setChosen={setChosen} />
          </Tabs.Panel>
          <Tabs.Panel value="subjobs" pt="md">
            <SubjobsTab job={job} />
          </Tabs.Panel>
          <Tabs.Panel value="output" pt="md">
            <OutputTab job={job} sizes={outputs} />
          </Tabs.Panel>
          <Tabs.Panel value="files" pt="md">
            <FilesTab job={job} />
          </Tabs.Panel>
          <Tabs.Panel value="about" pt="md">
            <AboutTab job={job} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </Stack>
  );
}
