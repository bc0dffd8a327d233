/** Each flow has a template of its own, so that nothing is gained by remembering one. */
const templateOf = (index) => `version: 1
trail:
  attestations:
    - name: jira-ticket
      type: jira
    - name: pull-request
      type: pull_request
  artifacts:
    - name: image-${index}
      attestations:
        - name: unit-tests
          type: junit
        - name: dependency-scan
          type: snyk
        - name: code-quality
          type: sonar
`;

/**
 * The flows of the bench's programs: as many as BENCH_FLOWS says. BENCH_VARIANT: `tagged` gives each a tag, `changed`
 * another description to the first, and `renamed` also another name.
 */
module.exports = function flowArguments() {
  const { BENCH_FLOWS: flows, BENCH_VARIANT: variant } = process.env;
  return Array.from({ length: Number(flows) }, (_, index) => {
    const edited = index === 0 && (variant === "changed" || variant === "renamed");
    return {
      name: edited && variant === "renamed" ? "flow-first" : `flow-${index}`,
      description: edited ? "Builds the image, reproducibly" : "Builds the image",
      template: templateOf(index),
      ...(variant === "tagged" ? { tags: { team: "web" } } : {}),
    };
  });
};
