"""What the API takes and gives, as models: by them bodies are checked, answers made and the document written."""
