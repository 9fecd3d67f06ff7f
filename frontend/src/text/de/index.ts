/** Alle deutschen Wörter; docs/languages.md hat das Glossar. */
import type { catalogue as english } from "..";
import type { Words } from "../words";
import * as apps from "./apps";
import * as authoring from "./authoring";
import * as certificates from "./certificates";
import * as common from "./common";
import * as condor from "./condor";
import * as desktops from "./desktops";
import * as entry from "./entry";
import * as files from "./files";
import * as home from "./home";
import * as jobs from "./jobs";
import * as notices from "./notices";
import * as overlay from "./overlay";
import * as places from "./places";
import * as pool from "./pool";
import * as reference from "./reference";
import * as results from "./results";
import * as runs from "./runs";
import * as sharing from "./sharing";
import * as triggers from "./triggers";
import * as usage from "./usage";
import * as workflows from "./workflows";

export const catalogue: Words<typeof english> = { apps, authoring, certificates, common, condor, desktops, entry, files, home, jobs, notices, overlay, places, pool, reference, results, runs, sharing, triggers, usage, workflows };
