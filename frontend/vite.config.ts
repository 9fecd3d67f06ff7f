import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { words } from "./scripts/words.mjs";

// The portal serves dist/ as it is: hashed names under assets/, index.html with a nonce filled in for every load.
export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === "test" ? [] : [words()])], // unit tests read the English words themselves
  resolve: {
    // @rjsf/core names the eval-based validator in a helper for its own tests; nothing here calls that helper.
    alias: { "@rjsf/validator-ajv8": fileURLToPath(new URL("src/lib/validator.ts", import.meta.url)) },
  },
  build: {
    target: "es2023",
    assetsInlineLimit: 0, // data: URLs would need a wider content security policy
    chunkSizeWarningLimit: 700,
  },
}));
