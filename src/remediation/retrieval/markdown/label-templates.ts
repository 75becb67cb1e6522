/** A label of the alert in the syntax of Prometheus, Alertmanager or plain dots. */
const LABEL_TEMPLATE =
  /\{\{-?\s*(?:(?:\$labels|\.Labels|\.CommonLabels|labels|alert\.labels)\.([A-Za-z_][A-Za-z0-9_]*)|index\s+(?:\$labels|\.Labels)\s+"([A-Za-z_][A-Za-z0-9_]*)")\s*-?\}\}/g;

/** Text with every label template replaced by what `read` gives for its key. */
export function replaceLabelTemplates(text: string, read: (key: string) => string): string {
  return text.replace(LABEL_TEMPLATE, (_, dotted: string | undefined, indexed: string | undefined) =>
    read(dotted ?? indexed ?? ''),
  );
}

/** The label that a text is a template of and nothing else, such as `pod` for `{{ $labels.pod }}`. */
export function labelOfTemplate(text: string): string | undefined {
  let found: string | undefined;
  const rest = replaceLabelTemplates(text.trim(), (key) => {
    found = key;
    return '';
  });
  return rest === '' ? found : undefined;
}
