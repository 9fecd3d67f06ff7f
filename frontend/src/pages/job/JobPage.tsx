import type { ReactElement } from "react";
export default function JobPage(): ReactElement { return <p/>; }
