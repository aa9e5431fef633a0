// Shows the API documents that the page names. Whatever Scalar would ask another host for is switched off here, and
// the page's Content-Security-Policy would refuse it besides.
"use strict";

// Scalar's validation tries at once whether code may be made from text, which the policy reports as a violation.
globalThis.__zod_globalConfig = { jitless: true };

// Scalar itself comes after this file, and both before this event.
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("reference");
  Scalar.createApiReference(place, {
    sources: JSON.parse(place.dataset.documents),
    telemetry: false,
    withDefaultFonts: false,
    proxyUrl: "",
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideClientButton: true,
    persistAuth: false,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    // The order of the fields in an answer is part of the contract.
    orderSchemaPropertiesBy: "preserve",
    orderRequiredPropertiesFirst: false,
  });
});
