/** Asks for the name of an archive; its ending tells the kind. */
import { useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import type { Place } from "../../api/files";
import { isArchive, last, under } from "../../lib/paths";
import { files as text } from "../../text/files";
import { NameDialog } from "./NameDialog";
import { pack } from "./operations";

export default function PackDialog({
  place,
  folder,
  paths,
  close,
}: {
  place: Place;
  folder: string;
  paths: readonly string[];
  close: () => void;
}): ReactElement {
  const client = useQueryClient();
  const [first] = paths;
  const initial = `${paths.length === 1 && first !== undefined ? last(first) : last(folder) === "" ? "files" : last(folder)}.zip`;
  return (
    <NameDialog
      title={text.pack.title(paths.length)}
      label={`${text.pack.name}. ${text.pack.help}`}
      action={text.pack.action}
      initial={initial}
      close={close}
      submit={(name) => {
        void pack(client, place, paths, under(folder, isArchive(name) ? name : `${name}.zip`));
        return Promise.resolve(true);
      }}
    />
  );
}
