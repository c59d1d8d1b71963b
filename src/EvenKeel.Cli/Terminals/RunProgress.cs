using System.Diagnostics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Cli.Terminals;

/// <summary>
/// Progress of runs on the error stream: one line that is rewritten at a terminal, a line per epoch elsewhere. Time
/// left is for the run, from the speed so far in this session.
/// </summary>
internal sealed class RunProgress(Terminal terminal) : IStudyObserver, IRunObserver
{
    private readonly Stopwatch _clock = new();
    private string _title = "";
    private long _first;
    private long _total;
    private int _epochs;
    private int _written;

    /// <summary>A run outside a study.</summary>
    public IRunObserver Single(RunSpec spec)
    {
        _title = Title(spec);
        return this;
    }

    /// <inheritdoc/>
    public IRunObserver RunStarting(int number, int count, PlannedRun planned, bool resumes)
    {
        _title = $"[{number}/{count}] {Title(planned)}";
        if (resumes) terminal.Note($"{_title}: resuming");
        return this;
    }

    /// <inheritdoc/>
    public void RunEnded(int number, int count, RunResult result)
    {
        ClearLine();
        var state = result.Skipped ? $"{Word(result.Outcome.Status)} earlier, not repeated" : Word(result.Outcome.Status);
        var message = result.Outcome.Message is { } text ? $": {text}" : "";
        var again = result.Restarts == 0 ? "" : $" after {result.Restarts} start{(result.Restarts == 1 ? "" : "s")} that diverged";
        terminal.Note($"[{number}/{count}] {Title(result.Planned)}: {state}{again}{message}");
    }

    /// <inheritdoc/>
    public void Started(RunRecord record, long firstStep, long totalSteps)
    {
        (_first, _total, _epochs) = (firstStep, totalSteps, record.Spec.Epochs);
        _clock.Restart();
        Write($"{_title}: starting");
    }

    /// <inheritdoc/>
    public void Stepped(StepRecord record)
    {
        var done = record.Step - _first;
        var left = TimeSpan.FromSeconds(_clock.Elapsed.TotalSeconds / Math.Max(1, done) * (_total - record.Step));
        Write(
            $"{_title}: epoch {Math.Ceiling(record.Epoch):F0}/{_epochs}, step {record.Step}/{_total}, loss {record.Loss:F3}, " +
            $"{record.ImagesPerSecond:F0} images/s, {Short(left)} left");
    }

    /// <inheritdoc/>
    public void EpochEnded(EpochRecord record)
    {
        if (terminal.ShowsProgress) return;
        var test = record.TestError is { } error ? $", test error {error:P2}" : "";
        terminal.Note(
            $"{_title}: epoch {record.Epoch}/{_epochs}, loss {record.TrainLoss:F4}, training error {record.TrainError:P2}{test}, " +
            $"{record.ImagesPerSecond:F0} images/s");
    }

    /// <summary>A duration in words that fit a progress line.</summary>
    public static string Short(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}h{time.Minutes:D2}m"
        : time.TotalMinutes >= 1 ? $"{time.Minutes}m{time.Seconds:D2}s" : $"{time.TotalSeconds:F0}s";

    private static string Title(PlannedRun planned) => planned.Setting.Key.Length == 0
        ? $"{planned.Scheme.Key}, seed {planned.Seed}"
        : $"{planned.Scheme.Key}, {planned.Setting.Key}, seed {planned.Seed}";

    private static string Title(RunSpec spec) => $"{spec.Scheme}, seed {spec.Seed}";

    private static string Word(RunStatus status) => status.ToString().ToLowerInvariant();

    // Rewrites one line; a terminal narrower than the line would wrap it, so the line is cut to fit.
    private void Write(string line)
    {
        if (!terminal.ShowsProgress) return;
        var width = Math.Max(20, terminal.NotesWidth - 1);
        if (line.Length > width) line = line[..width];
        terminal.Error.Write($"\r{line.PadRight(_written)}");
        _written = line.Length;
    }

    private void ClearLine()
    {
        if (terminal.ShowsProgress && _written > 0) terminal.Error.Write($"\r{new string(' ', _written)}\r");
        _written = 0;
    }
}
