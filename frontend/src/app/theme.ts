/** One accent, neutral greys, hairlines; light and dark both meet WCAG AA. */
import { Alert, createTheme, Modal, PasswordInput, Tooltip, type CSSVariablesResolver } from "@mantine/core";
import { text } from "../text/common";

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 8 },
  colors: {
    petrol: ["#e7f5f8", "#d4e7ec", "#a9d3df", "#7bbccd", "#56a9be", "#3f9cb4", "#2d8ba5", "#176f88", "#0f6479", "#00505f"],
    dark: ["#d3d9dd", "#b4bcc2", "#949ca3", "#69727a", "#3d454c", "#2f363c", "#22272b", "#1a1e21", "#15181b", "#0f1214"],
  },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: "sm",
  respectReducedMotion: true,
  cursorType: "pointer",
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.5rem" }, h2: { fontSize: "1.125rem" }, h3: { fontSize: "1rem" } } },
  components: {
    // yellow letters on light yellow are hard to read
    Alert: Alert.extend({ styles: (_, props) => (props.color === "yellow" ? { label: { color: "var(--mantine-color-text)" } } : {}) }),
    Modal: Modal.extend({ defaultProps: { transitionProps: { duration: 100 }, centered: true } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { visibilityToggleButtonProps: { "aria-label": text.showTyped } } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, transitionProps: { duration: 80 }, events: { hover: true, focus: true, touch: false } } }),
  },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#565d64",
    "--mantine-color-placeholder": "#6a7178",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-anchor": "#0f6479",
    "--mantine-color-body": "#ffffff",
  },
  dark: {
    "--mantine-color-dimmed": "#a6adb4",
    "--mantine-color-placeholder": "#8f969d",
    "--mantine-color-error": "#ff8a80",
    "--mantine-color-anchor": "#7bbccd",
    "--mantine-color-body": "#15181b",
  },
});
