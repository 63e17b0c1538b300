using Spectre.Console;

namespace SyncFunctions.Up;

/// <summary>The console: colours and tables for a person, plain lines of any length where the output is redirected.</summary>
public sealed class Terminal
{
    private const int WidthOfPlainOutput = 400;

    private readonly IAnsiConsole _console;

    public Terminal(TextWriter output, bool isPlain)
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (isPlain)
            _console.Profile.Width = WidthOfPlainOutput;
    }

    public static Terminal Standard() => new(Console.Out, Console.IsOutputRedirected);

    /// <summary>A line of text as it is.</summary>
    public void Line(string text = "") => _console.WriteLine(text);

    /// <summary>A line with Spectre markup; what comes from outside goes through <see cref="Markup.Escape"/>.</summary>
    public void MarkedUp(string markup) => _console.MarkupLine(markup);

    public void Problem(string sentence) => _console.MarkupLine($"[red]{Markup.Escape(sentence)}[/]");

    /// <summary>Names and values below each other.</summary>
    public void List(IReadOnlyList<(string Name, string Value)> rows)
    {
        var width = rows.Max(row => row.Name.Length);
        foreach (var (name, value) in rows)
            _console.MarkupLine($"{Markup.Escape(name.PadRight(width))}  [blue]{Markup.Escape(value)}[/]");
    }

    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in columns)
            table.AddColumn(column);
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        _console.Write(table);
    }
}
