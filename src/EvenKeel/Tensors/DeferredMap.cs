namespace EvenKeel.Tensors;

/// <summary>
/// A normalized value that is not computed until somebody reads it, y = act((x − mean)·scale + shift): an operation that can
/// read x through the map saves the pass that would write y.
/// </summary>
/// <param name="Maker">Computes it.</param>
/// <param name="X">What is normalized, which must not change until then.</param>
/// <param name="Mean">[C].</param>
/// <param name="Scale">[C].</param>
/// <param name="Shift">[C].</param>
/// <param name="Slope">Of the activation below zero; 1 for none.</param>
internal readonly record struct DeferredMap(
    IDeferredMaker Maker, Tensor X, Tensor Mean, Tensor Scale, Tensor Shift, float Slope);

/// <summary>Who computes values that were put off.</summary>
internal interface IDeferredMaker
{
    /// <summary>Writes the elements of a value.</summary>
    void Make(in DeferredMap map, Tensor y);
}
