/** Pages of a PDF, drawn on a canvas by pdf.js without evaluating anything of it. */
import { ActionIcon, Group, Text } from "@mantine/core";
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from "pdfjs-dist";
import worker from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { preview as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { ErrorBox } from "../../ui/states";
import styles from "./files.module.css";

GlobalWorkerOptions.workerSrc = worker;

export default function Pdf({ name, data }: { name: string; data: Blob }): ReactElement {
  const [pdf, setPdf] = useState<PDFDocumentProxy>();
  const [page, setPage] = useState(1);
  const [error, setError] = useState<unknown>();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let made: PDFDocumentProxy | undefined;
    let alive = true;
    const open = async () => {
      const task = getDocument({ data: new Uint8Array(await data.arrayBuffer()), isEvalSupported: false, enableXfa: false });
      made = await task.promise;
      if (alive) {
        setPdf(made);
      }
    };
    open().catch((e: unknown) => alive && setError(e));
    return () => {
      alive = false;
      void made?.destroy();
    };
  }, [data]);
  useEffect(() => {
    if (pdf === undefined) {
      return undefined;
    }
    let stop: (() => void) | undefined;
    const draw = async () => {
      const shown = await pdf.getPage(page);
      const target = canvas.current;
      const context = target?.getContext("2d");
      if (target === null || context === null || context === undefined) {
        return;
      }
      const width = Math.min(1600, (target.parentElement?.clientWidth ?? 600) * window.devicePixelRatio);
      const viewport = shown.getViewport({ scale: width / shown.getViewport({ scale: 1 }).width });
      target.width = viewport.width;
      target.height = viewport.height;
      const task = shown.render({ canvasContext: context, viewport });
      stop = () => task.cancel();
      await task.promise;
    };
    draw().catch((e: unknown) => {
      if (!(e instanceof Error && e.name === "RenderingCancelledException")) {
        setError(e);
      }
    });
    return () => stop?.();
  }, [pdf, page]);
  if (error !== undefined) {
    return <ErrorBox error={error} />;
  }
  const pages = pdf?.numPages ?? 1;
  return (
    <>
      {pages > 1 && (
        <Group justify="center" gap="xs" mb="sm">
          <ActionIcon variant="default" aria-label={text.previousPage} disabled={page <= 1} onClick={() => setPage(page - 1)}>
            <Icon name="left" size={16} />
          </ActionIcon>
          <Text size="sm" role="status">
            {text.page(page, pages)}
          </Text>
          <ActionIcon variant="default" aria-label={text.nextPage} disabled={page >= pages} onClick={() => setPage(page + 1)}>
            <Icon name="right" size={16} />
          </ActionIcon>
        </Group>
      )}
      <canvas ref={canvas} className={styles.picture} role="img" aria-label={`${name}, ${text.page(page, pages)}`} />
    </>
  );
}
