/** Over the values and templates of the chart. */
export const fingerprint: () => string
