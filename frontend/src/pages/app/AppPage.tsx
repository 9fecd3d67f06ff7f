import type { ReactElement } from "react";
export default function AppPage(): ReactElement { return <p/>; }
