"""What a plan would mean on this server: what the server lacks or does itself, and who else is affected."""
