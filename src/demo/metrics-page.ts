/** One sample of a metrics page. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

const SAMPLE_LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads a page in the Prometheus text format; comments and lines of any other form are passed over. */
export function parseMetrics(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const match = SAMPLE_LINE.exec(line);
    const [, name = "", labels = "", value = ""] = match ?? [];
    if (match === null || Number.isNaN(Number(value))) return [];
    return [
      {
        name,
        value: Number(value),
        labels: Object.fromEntries(
          [...labels.matchAll(LABEL)].map(([, label = "", text = ""]) => [label, text]),
        ),
      },
    ];
  });
}

/** The sum of all samples of a name that carry the given labels. */
export function sumSamples(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, sample) => sum + sample.value, 0);
}
