namespace EvenKeel.Cli.Terminals;

/// <summary>Progress where nobody watches: a line for each tenth, at most one in two seconds, none for quick work.</summary>
internal sealed class ProgressLines(string title, TextWriter writer) : IProgress<double>
{
    private const long MillisecondsBetween = 2_000;

    private readonly Lock _lock = new();
    private long _last = Environment.TickCount64;
    private int _tenths;

    /// <inheritdoc/>
    public void Report(double value)
    {
        lock (_lock)
        {
            var tenths = (int)(value * 10 + 1e-9);
            var now = Environment.TickCount64;
            if (tenths <= _tenths || now - _last < MillisecondsBetween) return;
            (_tenths, _last) = (tenths, now);
            writer.WriteLine($"{title}: {10 * tenths}%");
        }
    }
}
