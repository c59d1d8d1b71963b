using EvenKeel.Training;

namespace HalvingNorm;

/// <summary>Prints the loss.</summary>
internal sealed class LossLines : IRunObserver
{
    /// <inheritdoc/>
    public void Started(RunRecord record, long firstStep, long totalSteps) =>
        Console.WriteLine($"{record.Spec.Scheme}: {record.Parameters:N0} parameters, {totalSteps} steps");

    /// <inheritdoc/>
    public void Stepped(StepRecord record) => Console.WriteLine($"step {record.Step}: loss {record.Loss:F3}");

    /// <inheritdoc/>
    public void EpochEnded(EpochRecord record) => Console.WriteLine($"epoch {record.Epoch}: loss {record.TrainLoss:F3}");
}
