import { defineConfig } from "vitest/config";

// Pure logic only; what a person sees is tested in a browser by the tests module.
export default defineConfig({ test: { include: ["src/**/*.test.ts"], environment: "node" } });
