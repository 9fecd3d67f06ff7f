import type { ReactElement } from "react";
export default function JobsPage(): ReactElement { return <p/>; }
