import "@mantine/core/styles.css";
import "./app/styles.css";
import { load } from "./lib/language";

// Pages read their words while they are loaded, so the words come first. No top-level await: the program imports from this file's chunk.
void load().then(() => import("./start"));
