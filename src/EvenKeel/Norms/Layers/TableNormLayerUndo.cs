using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

// The backward pass: two sums over the input, from which a method makes the tables of its gradient.
internal abstract partial class TableNormLayer
{
    private sealed class Undo : Node
    {
        public TableNormLayer Layer = null!;
        public Tensor X = null!;
        public SavedTensors Saved;
        public bool Measured;
        public Tensor? Addend;
        public Activation Activation;

        // Sums that came with the gradient, which then passed the activation already.
        private (Tensor Sum, Tensor Product)? _gathered;

        internal override bool ReadsOutput => GatedBySum;

        // The output's sign tells which branch the activation of a sum took.
        private bool GatedBySum => Addend is not null && !Activation.IsIdentity;

        internal override GradientSums? Sums(Tape tape)
        {
            var shape = Saved.Mean.Shape;
            if (shape[0] > 1 || Layer.ReadsGradient) return null;
            Tensor sum = tape.Rent(shape), product = tape.Rent(shape);
            _gathered = (sum, product);
            return new()
            {
                X = Saved.Input,
                Output = GatedBySum ? Output : null,
                Mean = Saved.Mean,
                Rstd = Saved.Rstd,
                Scale = Saved.Scale,
                Shift = Saved.Shift,
                Slope = Activation.Slope,
                Sum = sum,
                Product = product,
            };
        }

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            var t = Layer.Tables;
            var slope = Activation.Slope;
            var shape = Saved.Mean.Shape;
            t.Reserve(shape[0], X.Shape.Rows / shape[0]);
            Layer.ReadAffine();
            Layer.Download(Saved.Mean, t.Mean);
            Layer.Download(Saved.Rstd, t.Rstd);
            Layer.Download(Saved.Scale, t.Scale);
            var passed = _gathered is not null || GatedBySum;
            var (sum, product) = _gathered ?? Reduce(tape, outputGradient);
            _gathered = null;
            if (passed) slope = 1f;
            Layer.Download(sum, t.Sum);
            Layer.Download(product, t.Product);
            Layer.AddParameterGradients(tape, Saved, outputGradient);

            // The gradient of the sum's other side may take what came, so that this side writes over its input.
            if (Addend is not null) tape.AddGradient(Addend, outputGradient);
            var over = Addend is null
                ? tape.GradientOver(X, outputGradient, out var accumulate) : tape.GradientOverValue(X, out accumulate);
            if (over is not { } dx) return;
            var kind = Slope.None;
            if (Measured)
            {
                kind = Layer.Differentiate(tape, Saved);
            }
            else
            {
                t.Scale.AsSpan(0, t.Count).CopyTo(t.A);
                Array.Clear(t.B, 0, t.Count);
            }

            Tensor a = Upload(tape, shape, t.A), b = Upload(tape, shape, t.B);
            var d = kind == Slope.None ? null : Upload(tape, shape, t.D);
            tape.Backend.RescaleBackwardApply(
                Saved.Input, outputGradient, Saved.Mean, Saved.Scale, Saved.Shift, slope, a, b, d, kind == Slope.Signs, dx,
                accumulate);
            if (Measured) Layer.Scatter(tape, Saved, dx);
        }

        // Leaves a gradient that passed the activation only where the output is needed for that.
        private (Tensor Sum, Tensor Product) Reduce(Tape tape, Tensor outputGradient)
        {
            Tensor sum = tape.Rent(Saved.Mean.Shape), product = tape.Rent(Saved.Mean.Shape);
            if (GatedBySum)
            {
                tape.Backend.RescaleSumBackwardReduce(
                    Saved.Input, Output, outputGradient, Saved.Mean, Saved.Rstd, Activation.Slope, sum, product);
            }
            else
            {
                tape.Backend.RescaleBackwardReduce(
                    Saved.Input, outputGradient, Saved.Mean, Saved.Rstd, Saved.Scale, Saved.Shift, Activation.Slope, sum,
                    product);
            }

            return (sum, product);
        }
    }
}
