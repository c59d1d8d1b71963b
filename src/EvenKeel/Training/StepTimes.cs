using System.Diagnostics;

namespace EvenKeel.Training;

/// <summary>Seconds spent per phase since the last clearing.</summary>
internal sealed class StepTimes
{
    public PhaseClock Data { get; } = new();

    public PhaseClock Forward { get; } = new();

    public PhaseClock Backward { get; } = new();

    public PhaseClock Optimizer { get; } = new();

    public PhaseClock Evaluate { get; } = new();

    public void Clear()
    {
        Data.Seconds = 0;
        Forward.Seconds = 0;
        Backward.Seconds = 0;
        Optimizer.Seconds = 0;
        Evaluate.Seconds = 0;
    }

    public PhaseSeconds ToRecord() => new()
    {
        Data = Data.Seconds,
        Forward = Forward.Seconds,
        Backward = Backward.Seconds,
        Optimizer = Optimizer.Seconds,
        Evaluate = Evaluate.Seconds,
    };
}

/// <summary>A sum of seconds.</summary>
internal sealed class PhaseClock
{
    public double Seconds { get; set; }

    /// <summary>Adds the time since a timestamp; returns now, the start of the next phase.</summary>
    public long Add(long since)
    {
        var now = Stopwatch.GetTimestamp();
        Seconds += Stopwatch.GetElapsedTime(since, now).TotalSeconds;
        return now;
    }
}
