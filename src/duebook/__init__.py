"""duebook: the self-hosted accounts-receivable server. ARCHITECTURE.md tells where everything lives."""

__version__ = "0.1.0"
