import type { ReactElement } from "react";
export default function AdminPage(): ReactElement { return <p/>; }
