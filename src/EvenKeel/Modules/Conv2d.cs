using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>Two-dimensional convolution (cross-correlation), square stride and zero padding.</summary>
public sealed class Conv2d : LinearMap
{
    /// <summary>Declares the parts.</summary>
    /// <param name="weightShape">[kh,kw,in,out].</param>
    /// <param name="weight">The weight map.</param>
    /// <param name="bias">How the bias starts, or null for none.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">Zeros on every side.</param>
    /// <param name="activation">Applied to the sum.</param>
    public Conv2d(Shape weightShape, WeightMap weight, Init? bias, int stride, int padding, Activation activation)
        : base(weightShape, weight, bias, activation)
    {
        Stride = stride;
        Padding = padding;
    }

    /// <summary>Step between windows.</summary>
    public int Stride { get; }

    /// <summary>Zeros on every side.</summary>
    public int Padding { get; }

    internal override bool ReadsDeferred(Pass pass, Shape input) =>
        pass.Tape.Backend.ConvMaps(Ops.Geometry(input, WeightShape, Stride, Padding));

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        var geometry = Ops.Geometry(input, WeightShape, Stride, Padding);
        return new Shape(geometry.Batch, geometry.OutHeight, geometry.OutWidth, geometry.OutChannels);
    }

    /// <inheritdoc/>
    public override LinearMap With(WeightMap weight, Init? bias, Activation activation) =>
        new Conv2d(WeightShape, weight, bias, Stride, Padding, activation);

    /// <inheritdoc/>
    protected override Tensor Apply(Tape tape, Tensor x, Tensor weight, Tensor? bias, Activation activation) =>
        tape.Conv2d(x, weight, bias, Stride, Padding, activation);
}
