// Biome formats and lints; eslint runs only the type-aware rules that biome's stable set lacks.
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "coverage/**", "data/**"] },
  {
    files: [
      "src/**/*.ts",
      "test/**/*.ts",
      "migrations/**/*.ts",
      "bench/**/*.ts",
      "soak/**/*.ts",
      "conformance/**/*.ts",
      "scripts/**/*.ts",
    ],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@typescript-eslint": tseslint.plugin },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
);
