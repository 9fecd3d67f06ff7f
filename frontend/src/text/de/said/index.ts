/** Die Sätze des Servers: der englische mit `{}` für jeden Wert, und der deutsche mit denselben Werten (`{1}`: der zweite). */
import { authoring } from "./authoring";
import { certificates } from "./certificates";
import { files } from "./files";
import { forms } from "./forms";
import { jobs } from "./jobs";
import { lists } from "./lists";
import { machine } from "./machine";
import { portal } from "./portal";
import { runs } from "./runs";

export const said: Record<string, string> = { ...authoring, ...certificates, ...files, ...forms, ...jobs, ...lists, ...machine, ...portal, ...runs };
