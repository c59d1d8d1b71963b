namespace EvenKeel.Tensors;

/// <summary>Mean and biased variance of each channel of a value, measured as it was made.</summary>
/// <param name="Mean">[C].</param>
/// <param name="Variance">[C].</param>
internal readonly record struct ChannelMoments(Tensor Mean, Tensor Variance);
