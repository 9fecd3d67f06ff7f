import type { ReactElement } from "react";
export default function PoolPage(): ReactElement { return <p/>; }
