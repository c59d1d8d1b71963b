namespace EvenKeel.Training;

/// <summary>How a run ended.</summary>
/// <param name="Status">Finished, interrupted, diverged or failed.</param>
/// <param name="Message">Why, unless it finished.</param>
public sealed record RunOutcome(RunStatus Status, string? Message = null);

/// <summary>Watches a run as it trains, on the training thread; each call should return quickly.</summary>
public interface IRunObserver
{
    /// <summary>The run is set up and the first step is next.</summary>
    /// <param name="record">The run, with data, machine and number of parameters known.</param>
    /// <param name="firstStep">Steps already done by earlier sessions.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    void Started(RunRecord record, long firstStep, long totalSteps);

    /// <summary>A step line was written to the journal.</summary>
    /// <param name="record">The line.</param>
    void Stepped(StepRecord record);

    /// <summary>An epoch line was written to the journal.</summary>
    /// <param name="record">The line.</param>
    void EpochEnded(EpochRecord record);
}
