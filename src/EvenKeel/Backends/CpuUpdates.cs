using EvenKeel.Kernels.Elements;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

// Optimizer steps, and questions to a whole tensor.
public sealed partial class CpuBackend
{
    internal override void Sgd(
        Tensor value, Tensor gradient, Tensor? momentumBuffer,
        float learningRate, float momentum, bool nesterov, float decay) =>
        Update.Sgd(
            _workers, Out(value), In(gradient), Maybe(momentumBuffer),
            learningRate, momentum, nesterov, decay);

    internal override void Adam(Tensor value, Tensor gradient, Tensor first, Tensor second, in AdamStep step) =>
        Update.Adam(_workers, Out(value), In(gradient), Out(first), Out(second), step);

    internal override void Adamax(Tensor value, Tensor gradient, Tensor first, Tensor norm, in AdamStep step) =>
        Update.Adamax(_workers, Out(value), In(gradient), Out(first), Out(norm), step);

    internal override long FirstNonFinite(Tensor x) => Scan.FirstNonFinite(_workers, In(x));

    internal override double SumOfSquares(Tensor x) => Scan.SumOfSquares(_workers, In(x));
}
