"""Charts and tables as files. Importing this loads neither matplotlib nor XlsxWriter: they come with the first file."""
