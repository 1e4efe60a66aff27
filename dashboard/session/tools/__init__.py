"""What a stroke does: one module a tool."""
