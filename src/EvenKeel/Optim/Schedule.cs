namespace EvenKeel.Optim;

/// <summary>Learning rate and β1 over the epochs of a run; both change between epochs only.</summary>
public abstract record Schedule
{
    /// <summary>Factor on the learning rate in an epoch.</summary>
    /// <param name="epoch">Epochs done, from 0.</param>
    /// <param name="epochs">Epochs of the run.</param>
    public abstract double Factor(int epoch, int epochs);

    /// <summary>Always 1.</summary>
    public static Schedule Constant { get; } = new ConstantSchedule();
}

/// <summary>Always 1.</summary>
public sealed record ConstantSchedule : Schedule
{
    /// <inheritdoc/>
    public override double Factor(int epoch, int epochs) => 1;
}

/// <summary>
/// 1 until the share <paramref name="From"/> of the run, then linearly to <paramref name="To"/> at its end: with
/// From = 0.5 and To = 0, min(2 − 2·epoch/epochs, 1), the schedule of the weight normalization authors' code.
/// </summary>
/// <param name="From">Share of the run, 0 to below 1.</param>
/// <param name="To">Factor at the end. Below zero the weights climb the loss, as published code once did by mistake.</param>
public sealed record LinearSchedule(double From, double To = 0) : Schedule
{
    /// <inheritdoc/>
    public override double Factor(int epoch, int epochs) =>
        To + Math.Min(1, (1 - (double)epoch / epochs) / (1 - From)) * (1 - To);
}

/// <summary>Multiplied by a factor at given epochs.</summary>
/// <param name="At">Epochs, ascending.</param>
/// <param name="By">The factor.</param>
public sealed record StepSchedule(IReadOnlyList<int> At, double By) : Schedule
{
    /// <inheritdoc/>
    public override double Factor(int epoch, int epochs) => Math.Pow(By, At.Count(a => a <= epoch));
}

/// <summary>(1 + cos(π·epoch/epochs))/2 (arXiv 1608.03983, equation 5, one cycle to zero).</summary>
public sealed record CosineSchedule : Schedule
{
    /// <inheritdoc/>
    public override double Factor(int epoch, int epochs) => 0.5 * (1 + Math.Cos(Math.PI * epoch / epochs));
}
