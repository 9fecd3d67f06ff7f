import type { ReactElement } from "react";
export default function ProfilePage(): ReactElement { return <p/>; }
