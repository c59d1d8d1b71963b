using Spectre.Console;

namespace EvenKeel.Cli.Terminals;

/// <summary>
/// Where a verb writes: results to the output stream, progress and notes to the error stream. People at a terminal
/// get colours, tables and bars; pipes and files get plain lines.
/// </summary>
internal sealed class Terminal
{
    private const int ParagraphWidth = 80;

    private readonly IAnsiConsole _results;
    private readonly IAnsiConsole _notes;

    /// <summary>Wraps the two streams of an invocation.</summary>
    public Terminal(TextWriter output, TextWriter error)
    {
        (Output, Error) = (output, error);
        IsInteractive = output == Console.Out && !Console.IsOutputRedirected;
        ShowsProgress = error == Console.Error && !Console.IsErrorRedirected;
        _results = Open(output, IsInteractive);
        _notes = Open(error, ShowsProgress);
    }

    /// <summary>Results.</summary>
    public TextWriter Output { get; }

    /// <summary>Progress, notes and errors.</summary>
    public TextWriter Error { get; }

    /// <summary>True if a person watches the results.</summary>
    public bool IsInteractive { get; }

    /// <summary>True if a person watches the progress.</summary>
    public bool ShowsProgress { get; }

    /// <summary>Columns of the terminal that shows notes.</summary>
    public int NotesWidth => _notes.Profile.Width;

    /// <summary>Writes a line of results.</summary>
    public void Line(string text = "") => Output.WriteLine(text);

    /// <summary>Writes a line that is not a result.</summary>
    public void Note(string text) => Error.WriteLine(text);

    /// <summary>Writes text in lines of at most 80 columns behind a label; further lines are indented as far.</summary>
    public void Paragraph(string label, string text)
    {
        var line = label;
        foreach (var word in text.Split(' '))
        {
            var isFirst = line.Length == label.Length;
            if (!isFirst && line.Length + 1 + word.Length > ParagraphWidth)
            {
                Line(line);
                (line, isFirst) = (new string(' ', label.Length), true);
            }

            line += isFirst ? word : $" {word}";
        }

        Line(line);
    }

    /// <summary>Writes a table; the cells are plain text.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = IsInteractive ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        _results.Write(table);
    }

    /// <summary>Does some work under a progress bar, or with a line now and then.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="work">Tells the share that is done, 0 to 1, from any thread.</param>
    public T Track<T>(string title, Func<IProgress<double>, T> work)
    {
        if (!ShowsProgress) return work(new ProgressLines(title, Error));
        return _notes.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: 1);
                return work(new Reporter(share => task.Value = share));
            });
    }

    private static IAnsiConsole Open(TextWriter writer, bool interactive)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
        });

        // Only a terminal has an edge to wrap at.
        if (!interactive) console.Profile.Width = 10_000;
        return console;
    }

    private sealed class Reporter(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
