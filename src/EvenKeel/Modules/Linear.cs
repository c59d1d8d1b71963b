using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>Fully connected layer; an input of four dimensions is read as rows of H·W·C values.</summary>
public sealed class Linear : LinearMap
{
    /// <summary>Declares the parts.</summary>
    /// <param name="weightShape">[in,out].</param>
    /// <param name="weight">The weight map.</param>
    /// <param name="bias">How the bias starts, or null for none.</param>
    /// <param name="activation">Applied to the sum.</param>
    public Linear(Shape weightShape, WeightMap weight, Init? bias, Activation activation)
        : base(weightShape, weight, bias, activation)
    {
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => input.Length == input[0] * WeightShape[0]
        ? new Shape(input[0], WeightShape[1])
        : throw new ArgumentException($"A dense layer with weight {WeightShape} cannot take an input of shape {input}.");

    /// <inheritdoc/>
    public override LinearMap With(WeightMap weight, Init? bias, Activation activation) =>
        new Linear(WeightShape, weight, bias, activation);

    /// <inheritdoc/>
    protected override Tensor Apply(Tape tape, Tensor x, Tensor weight, Tensor? bias, Activation activation) =>
        tape.Dense(x, weight, bias, activation);
}
