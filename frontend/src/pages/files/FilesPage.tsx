import type { ReactElement } from "react";
export default function FilesPage(): ReactElement { return <p/>; }
