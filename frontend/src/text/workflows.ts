/** Words of workflows: jobs as steps that wait for one another. */
export const text = {
  title: "Workflows",
  lead: "Jobs as steps: each begins when those it needs have completed, and takes their results.",
  add: "New workflow",
  none: {
    title: "No workflow yet",
    body: "A workflow is a small file that names the steps, what each needs and which results go where. Begin with the example.",
  },
  nav: "Workflows",
  file: "Workflow file",
  fileHint: "YAML. A step has a name, an app, its inputs, and the steps it comes after; an input {from: STEP, file: RESULT} is a result of that step.",
  pool: "Where it runs",
  pools: { "": "Chosen for each step", local: "This portal's computers", condor: "HTCondor" },
  open: "Open a file",
  run: "Run",
  example: `name: Say and count
steps:
  - { name: first, app: hmmsearch, inputs: { profile: "example:globins.hmm", sequences: "example:proteins.fasta" } }
  - { name: second, app: hmmsearch, after: [first], inputs: { profile: "example:globins.hmm", sequences: "example:proteins.fasta" } }
`,
  columns: { name: "Workflow", state: "State", steps: "Steps", submitted: "Submitted" },
  steps: (done: number, all: number) => `${done} of ${all} done`,
  missing: { title: "This workflow is not here", body: "It was never there, or it is somebody else's.", action: "All workflows" },
  back: "Workflows",
  graph: (name: string) => `Steps of ${name} and what each waits for; the table below has the same`,
  step: "Step",
  app: "Application",
  needs: "Needs",
  job: "Job",
  nothing: "nothing",
  cancel: "Cancel",
  rescue: "Try again what failed",
  sureCancel: "Cancel this workflow? Its jobs end, and no more begin.",
  did: { cancel: "Cancelled", rescue: "What failed is tried again" },
  isStep: (step: string) => `Step "${step}" of the workflow`,
  moreOf: "The whole workflow",
};
