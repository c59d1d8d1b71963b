using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>The error by which schemes are compared: on test images, or the next best that was measured.</summary>
/// <param name="Name">Its name at the start of a sentence.</param>
/// <param name="Of">Its value in an epoch, 0 to 1.</param>
/// <param name="Loss">Loss on the same images.</param>
internal sealed record ErrorMetric(string Name, Func<EpochRecord, double?> Of, Func<EpochRecord, double?> Loss)
{
    /// <summary>On the test images.</summary>
    public static ErrorMetric Test { get; } = new("Test error", epoch => epoch.TestError, epoch => epoch.TestLoss);

    private static readonly ErrorMetric Validation = new("Validation error", epoch => epoch.ValidationError, epoch => epoch.ValidationLoss);

    private static readonly ErrorMetric Train = new("Training error", epoch => epoch.TrainError, epoch => epoch.TrainLoss);

    /// <summary>Its name within a sentence.</summary>
    public string LowerName => char.ToLowerInvariant(Name[0]) + Name[1..];

    /// <summary>The first of test, validation and training error that any run has measured.</summary>
    public static ErrorMetric Choose(IEnumerable<RunData> runs)
    {
        EpochRecord[] epochs = [.. runs.SelectMany(run => run.Epochs)];
        foreach (ErrorMetric metric in (ErrorMetric[])[Test, Validation, Train])
        {
            if (epochs.Any(epoch => metric.Of(epoch) is not null))
                return metric;
        }

        return Test;
    }
}
