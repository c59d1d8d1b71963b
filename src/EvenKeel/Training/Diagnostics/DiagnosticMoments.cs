namespace EvenKeel.Training.Diagnostics;

/// <summary>When the inside of a network is measured: evenly over a run, before its first step and after its last.</summary>
/// <param name="count">Moments; a single one is after the last step, and a run of fewer steps has as many as it can.</param>
/// <param name="totalSteps">Steps of the run.</param>
internal readonly struct DiagnosticMoments(int count, long totalSteps)
{
    /// <summary>True if so many steps done are a moment.</summary>
    public bool Includes(long step)
    {
        if (count < 1 || step < 0 || step > totalSteps) return false;
        if (count == 1 || totalSteps == 0) return step == totalSteps;

        // The moments are ⌊i·total/(count − 1)⌋; the first i whose quotient reaches the step decides.
        var first = (step * (count - 1) + totalSteps - 1) / totalSteps;
        return first * totalSteps / (count - 1) == step;
    }
}
